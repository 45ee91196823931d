import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchBody } from '../../../server/index.ts';
import { apiPath } from '../api.ts';
import { useResource } from '../state/use-resource.ts';
import { Name } from './name.tsx';

/** Keystrokes closer together than this are one question. */
const TYPING_MS = 90;

interface Choice {
  readonly service: string;
  readonly label: string;
  readonly kind: string;
}

/** Find by any name: workload, pod, image, node, address. Enter opens the best match. */
export function Search({ open, focusHere }: { open: (service: string) => void; focusHere: boolean }) {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [active, setActive] = useState(0);
  const [shown, setShown] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    if (focusHere) input.current?.focus();
  }, [focusHere]);
  const path = asked === '' ? null : apiPath('search', { q: asked.slice(0, 500), limit: 12 });
  const found = useResource<SearchBody>(path, 0);
  const fresh = found.path === path ? found.data : null;
  const choices = fresh === null ? [] : choicesOf(fresh);
  const pending = useRef(false);

  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    pending.current = false;
    setText('');
    setAsked('');
    setShown(false);
    input.current?.blur();
    open(choice.service);
  };
  // Enter pressed before the answer came is honoured when it comes.
  useEffect(() => {
    if (pending.current && fresh !== null && fresh.query === text.trim()) choose(choices[0]);
  });

  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      setShown(false);
      input.current?.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (choices.length > 0) setActive((active + step + choices.length) % choices.length);
    } else if (event.key === 'Enter' && text.trim() !== '') {
      event.preventDefault();
      if (fresh !== null && fresh.query === text.trim()) choose(choices[active] ?? choices[0]);
      else pending.current = true;
    }
  };
  const listed = shown && text.trim() !== '';
  return (
    <search class="search">
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
        <path d="M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14" />
      </svg>
      <input
        ref={input}
        id="search"
        type="text"
        role="combobox"
        aria-label="Search services, pods, images, nodes, addresses"
        aria-expanded={listed && choices.length > 0}
        aria-controls="search-hits"
        aria-activedescendant={listed && choices.length > 0 ? `hit-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder="Service, pod, image, node, address"
        value={text}
        onInput={(event) => {
          pending.current = false;
          setText(event.currentTarget.value);
          setActive(0);
          setShown(true);
        }}
        onFocus={() => setShown(true)}
        onBlur={() => setShown(false)}
        onKeyDown={key}
      />
      <kbd>/</kbd>
      {listed && fresh !== null && (
        <div class="hits">
          {fresh.hits.length === 0 && (
            <p class="note">Nothing is called that.{choices.length > 0 ? ' The nearest:' : ''}</p>
          )}
          <div id="search-hits" role="listbox" aria-label="Matches">
            {choices.map((choice, index) => (
              <div
                key={`${choice.kind} ${choice.label} ${choice.service}`}
                id={`hit-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(choice);
                }}
                onPointerEnter={() => setActive(index)}
              >
                <Name text={choice.label} length={44} />
                <span class="kind">
                  {choice.kind}
                  {choice.label !== choice.service && (
                    <>
                      {' of '}
                      <Name text={choice.service} length={36} />
                    </>
                  )}
                </span>
              </div>
            ))}
          </div>
        </div>
      )}
    </search>
  );
}

/** Only what leads somewhere: a zone or an image of many workloads has no neighbourhood of its own. */
function choicesOf(body: SearchBody): Choice[] {
  if (body.hits.length === 0) {
    return body.nearest.map((service) => ({ service, label: service, kind: 'service' }));
  }
  return body.hits.flatMap(({ kind, value, service }) =>
    service === null ? [] : [{ service, label: kind === 'workload' ? service : value, kind }],
  );
}
