import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useStored } from '../data/use-stored.ts';
import { linkTo, type Route } from '../router.ts';
import { Icon, type IconName } from './icons.tsx';

type NavPage = 'sites' | 'servers' | 'rejections' | 'webhooks';

const NAV: { page: NavPage; label: string }[] = [
  { page: 'sites', label: 'Sites' },
  { page: 'servers', label: 'Servers' },
  { page: 'rejections', label: 'Rejections' },
  { page: 'webhooks', label: 'Webhooks' },
];

/** Navigation, colours and the main part of every page. */
export function Shell({ page, children }: { page: Route['page']; children: ComponentChildren }) {
  const current = page === 'site' ? 'sites' : page;
  return (
    <div class="shell">
      {/* The part after # selects the page, so that this is no link. */}
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('h1')?.focus()}>
        Skip to content
      </button>
      <header class="side">
        <a class="brand" href="#/" aria-label="Live Online, all sites">
          <Mark />
          <span class="brand-name">Live Online</span>
        </a>
        <nav class="nav" aria-label="Pages">
          {NAV.map(({ page, label }) => (
            <a
              key={page}
              class="nav-link"
              href={linkTo({ page })}
              aria-current={current === page ? 'page' : undefined}
            >
              <Icon name={page} />
              <span>{label}</span>
            </a>
          ))}
        </nav>
        <div class="side-end">
          <ThemeButton />
          <form method="post" action="logout">
            <button class="side-button" aria-label="Sign out" title="Sign out">
              <Icon name="signOut" />
              <span class="side-label">Sign out</span>
            </button>
          </form>
        </div>
      </header>
      <main class="main">{children}</main>
    </div>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <circle class="mark-ring" cx="12" cy="12" r="9.5" />
      <circle class="mark-dot" cx="12" cy="12" r="4.5" />
    </svg>
  );
}

const THEMES = {
  auto: { icon: 'auto', label: 'System colours', next: 'light' },
  light: { icon: 'sun', label: 'Light', next: 'dark' },
  dark: { icon: 'moon', label: 'Dark', next: 'auto' },
} as const satisfies Record<string, { icon: IconName; label: string; next: string }>;

function ThemeButton() {
  const [theme, setTheme] = useStored<keyof typeof THEMES>('theme', 'auto');
  const { icon, label, next } = THEMES[theme] ?? THEMES.auto;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    // Charts read their colours from the style sheet.
    dispatchEvent(new Event('theme-changed'));
  }, [theme]);
  return (
    <button
      type="button"
      class="side-button"
      aria-label={`Colours: ${label}. Change to ${THEMES[next].label}`}
      title={`Colours: ${label}`}
      onClick={() => setTheme(next)}
    >
      <Icon name={icon} />
      <span class="side-label">{label}</span>
    </button>
  );
}
