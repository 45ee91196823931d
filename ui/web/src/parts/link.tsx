import type { ComponentChildren } from 'preact';
import { HOME, type Route, routePath } from '../domain/route.ts';
import type { Navigate } from '../state/use-route.ts';

/** A real link (it can be copied, opened beside) that does not load the page again. */
export function RouteLink(props: {
  readonly to: Partial<Route>;
  readonly navigate: Navigate;
  readonly children: ComponentChildren;
  readonly class?: string;
}) {
  const target = { ...HOME, ...props.to };
  return (
    <a
      class={props.class}
      href={routePath(target)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        props.navigate(target);
      }}
    >
      {props.children}
    </a>
  );
}
