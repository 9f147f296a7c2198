/** A command in a document that starts one of the two servers. */
export interface DocCommand {
  readonly bin: 'live-online-server' | 'live-online-reload';
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The commands in the text of a shell that start a server. Other commands are left out. */
export function findCommands(shell: string): DocCommand[] {
  return shell
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const words = wordsOf(line);
      const env: Record<string, string> = {};
      while (/^[A-Z_]+=/.test(words[0] ?? '')) {
        const [name, value] = words.shift()!.split(/=(.*)/s) as [string, string];
        env[name] = value;
      }
      if (words[0] === 'npx') words.shift();
      const name = /^(?:@live-online\/|live-online-)(server|reload)$/.exec(words.shift() ?? '')?.[1];
      return name === undefined
        ? []
        : [{ bin: `live-online-${name}` as DocCommand['bin'], args: words, env }];
    });
}

/** The words of a line until a comment. A word may be in quotes. */
function wordsOf(line: string): string[] {
  const [command] = line.split(/(?:^|\s)[#&](?:\s|$)/) as [string];
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain!,
  );
}
