import { useEffect, useState } from 'react';
import { readableOn } from './color';
import { ask } from './endpoint';

export interface Brand {
  name: string;
  logoUrl: string | null;
}

interface TenantData {
  tenant: {
    name: string;
    branding: { displayName: string | null; logoUrl: string | null; primaryColor: string | null } | null;
  } | null;
}

const QUERY = '{ tenant { name now branding { displayName logoUrl primaryColor } } }';
const LIGHT_BASE = '#ffffff';
const DARK_BASE = '#212a3b';

/** The tenant's name, logo and color. Until they are known, and where they are not to be had, the page stays neutral. */
export function useBrand(): Brand | null {
  const [brand, setBrand] = useState<Brand | null>(null);

  useEffect(() => {
    ask<TenantData>(QUERY).then(
      ({ data }) => {
        if (!data?.tenant) return;

        const { name, branding } = data.tenant;
        const shown = branding?.displayName || name;
        setBrand({ name: shown, logoUrl: ownLogo(branding?.logoUrl) });
        document.title = `${shown} · API explorer`;
        paint(branding?.primaryColor);
      },
      () => undefined,
    );
  }, []);

  return brand;
}

/** The explorer asks no other host for anything, so a logo that stands elsewhere gives way to the initial. */
function ownLogo(url: string | null | undefined): string | null {
  if (!url) return null;
  if (url.startsWith('data:image/')) return url;

  return URL.parse(url, location.href)?.origin === location.origin ? url : null;
}

function paint(color: string | null | undefined): void {
  if (!color || !/^#[0-9a-f]{6}$/i.test(color)) return;

  const { style } = document.documentElement;
  style.setProperty('--brand-on-light', readableOn(LIGHT_BASE, color));
  style.setProperty('--brand-on-dark', readableOn(DARK_BASE, color));
}
