import { defineConfig, loadEnv } from 'vite';

export default defineConfig(({ mode }) => {
  const { COLLEGIUM_URL: target = 'http://127.0.0.1:8000' } = loadEnv(mode, '.', 'COLLEGIUM_');

  return {
    base: '/explorer/',
    build: { chunkSizeWarningLimit: 5000, reportCompressedSize: false },
    server: { proxy: { '/graphql': { target, changeOrigin: true } } },
    worker: { format: 'es' },
  };
});
