import { useEffect } from 'preact/hooks';
import { Shell } from './parts/shell.tsx';
import { RejectionsPage } from './pages/rejections-page.tsx';
import { ServersPage } from './pages/servers-page.tsx';
import { SitePage } from './pages/site-page.tsx';
import { SitesPage } from './pages/sites-page.tsx';
import { UnknownPage } from './pages/unknown-page.tsx';
import { WebhooksPage } from './pages/webhooks-page.tsx';
import { useRoute, type Route } from './router.ts';

const TITLES: Record<Route['page'], string> = {
  sites: 'Sites',
  site: 'Site',
  servers: 'Servers',
  rejections: 'Rejections',
  webhooks: 'Webhooks',
  unknown: 'Not found',
};

export function App() {
  const route = useRoute();
  const title = route.page === 'site' ? route.site : TITLES[route.page];
  useEffect(() => {
    document.title = `${title} · Live Online`;
    // Screen readers read the new page, and the keyboard goes on from its top.
    scrollTo(0, 0);
    if (document.activeElement !== document.body) document.querySelector<HTMLElement>('h1')?.focus();
  }, [title]);
  return <Shell page={route.page}>{pageOf(route)}</Shell>;
}

function pageOf(route: Route) {
  switch (route.page) {
    case 'sites':
      return <SitesPage />;
    case 'site':
      return <SitePage key={route.site} site={route.site} />;
    case 'servers':
      return <ServersPage />;
    case 'rejections':
      return <RejectionsPage />;
    case 'webhooks':
      return <WebhooksPage />;
    case 'unknown':
      return <UnknownPage />;
  }
}
