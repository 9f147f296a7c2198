import type { Letter, Life } from './messages.ts';

/** What this server has answered to those who took over members of it: the other side of claims. [C7] */
export interface Answers {
  /** Lets the members of a letter go, each once. */
  answer(letter: Extract<Letter, { kind: 'take' }>): void;
  /** The numbers that everybody is told for a site. */
  tally(site: string): ReadonlyMap<Life, number> | undefined;
  /** This server has another epoch, in which nothing has been claimed from it. */
  renew(): void;
  /** Forgets what was answered long ago. */
  sweep(): void;
}

export interface AnswersOptions {
  now: () => number;
  /** How long an answer stands, in ms: longer than those who claimed wait until they forget their claim. */
  keepMs: number;
  taken: (site: string, member: string, hop: number) => void;
  /** The numbers of a site have changed. */
  changed: (site: string) => void;
}

export function createAnswers({ now, keepMs, taken, changed }: AnswersOptions): Answers {
  const sites = new Map<string, Map<Life, { number: number; atMs: number }>>();

  return {
    answer({ by, takeovers }) {
      for (const { site, first, members } of takeovers) {
        let lives = sites.get(site);
        if (!lives) sites.set(site, (lives = new Map<Life, { number: number; atMs: number }>()));
        const answered = lives.get(by)?.number ?? 0;
        members.forEach(([member, hop], index) => {
          if (first + index > answered) taken(site, member, hop);
        });
        lives.set(by, { number: Math.max(answered, first + members.length - 1), atMs: now() });
        changed(site);
      }
    },
    tally(site) {
      const lives = sites.get(site);
      return lives && new Map([...lives].map(([life, { number }]) => [life, number]));
    },
    renew: () => sites.clear(),
    sweep() {
      for (const [site, lives] of sites) {
        let dropped = false;
        for (const [life, { atMs }] of lives) {
          if (now() - atMs >= keepMs) dropped = lives.delete(life) || dropped;
        }
        if (lives.size === 0) sites.delete(site);
        if (dropped) changed(site);
      }
    },
  };
}
