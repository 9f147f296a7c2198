interface TypesPolicy {
  createHTML(html: string): string;
}
interface TypesFactory {
  createPolicy(name: string, rules: TypesPolicy): TypesPolicy;
}

let policy: TypesPolicy | undefined;

/**
 * Parses HTML without running or loading anything in it.
 *
 * @throws if the page's policy forbids it.
 */
export function parseHtml(html: string): Document {
  const { trustedTypes } = window as { trustedTypes?: TypesFactory };
  // Under Trusted Types only a named policy may turn text into HTML.
  policy ??= trustedTypes?.createPolicy('live-online-reload', { createHTML: (text) => text });
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');
}
