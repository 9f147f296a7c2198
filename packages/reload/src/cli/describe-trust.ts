/**
 * How a user makes browsers trust a certificate that the tool has made, line by line.
 *
 * @param file the file with the certificate
 */
export function describeTrust(file: string, platform: NodeJS.Platform): string[] {
  const quoted = `"${file}"`;
  const commands: Partial<Record<NodeJS.Platform, string>> = {
    darwin: `security add-trusted-cert -p ssl -k ~/Library/Keychains/login.keychain-db ${quoted}`,
    win32: `certutil -user -addstore Root ${quoted}`,
  };
  const command = commands[platform];
  return [
    `The certificate is ${file}. Browsers ask before they open a page with it, until you trust it:`,
    ...(command === undefined
      ? [
          `  certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n live-online-reload -i ${quoted}`,
          '  If certutil is missing, install libnss3-tools (Debian, Ubuntu) or nss-tools (Fedora).',
        ]
      : [`  ${command}`]),
    '  Firefox: open the page and choose Advanced, Accept the Risk. A phone: send it the file, and install that.',
  ];
}
