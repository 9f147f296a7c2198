import { Component, type FunctionComponent, type VNode } from 'preact';

/** A component that is drawn again only if one of its properties is another value than before. */
export function memo<Props extends object>(draw: FunctionComponent<Props>) {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before = this.props as Readonly<Props>;
      return (Object.keys(next) as (keyof Props)[]).some((name) => next[name] !== before[name]);
    }

    override render(props: Props): VNode {
      return draw(props) as VNode;
    }
  };
}
