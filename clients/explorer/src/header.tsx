import { useBrand } from './branding';
import { useEditors } from './editors';
import { KEY_PANEL, KeyPanel } from './key-panel';
import { useTheme } from './theme';
import { useViewer, type Viewer } from './viewer';

export function Header() {
  const brand = useBrand();
  const viewer = useViewer();
  useTheme();
  useEditors();

  return (
    <header className="explorer-header">
      <div className="explorer-brand">
        {brand?.logoUrl ? (
          <img className="explorer-logo" src={brand.logoUrl} alt="" />
        ) : (
          <span className="explorer-initial" aria-hidden="true">
            {(brand?.name ?? 'C').charAt(0)}
          </span>
        )}
        <h1>
          {brand && <span className="explorer-tenant">{brand.name}</span>}
          <span className="explorer-title">API explorer</span>
        </h1>
      </div>
      <button type="button" className="explorer-viewer" data-state={viewer.state} popoverTarget={KEY_PANEL}>
        <span className="explorer-dot" aria-hidden="true" />
        {shortly(viewer)}
      </button>
      <KeyPanel />
    </header>
  );
}

function shortly(viewer: Viewer): string {
  switch (viewer.state) {
    case 'anonymous':
      return 'Add an API key';
    case 'checking':
      return 'Checking the key…';
    case 'unknown':
      return 'Key in use';
    case 'refused':
      return 'Key refused';
    case 'known':
      return viewer.name || 'Key in use';
  }
}
