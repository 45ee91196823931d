import type { ProblemBody } from '../../../server/index.ts';
import { HOME, routePath } from '../domain/route.ts';
import { plain } from '../domain/text.ts';
import { Name } from './name.tsx';

/** An answer that could not be given: what happened, what to do, and what was probably meant. */
export function Problem({ problem, open }: { problem: ProblemBody; open: (service: string) => void }) {
  const names = problem.candidates ?? problem.nearest ?? [];
  const title = problem.candidates === undefined ? 'The nearest names' : 'It may be';
  return (
    <section class="problem" role="alert">
      <h2>{problem.detail}</h2>
      {names.length === 0 ? (
        <p>{plain(problem.hint)}</p>
      ) : (
        <>
          <p>{title}:</p>
          <ul class="plain">
            {names.map((name) => (
              <li key={name}>
                <a
                  href={routePath({ ...HOME, centre: name })}
                  onClick={(event) => {
                    event.preventDefault();
                    open(name);
                  }}
                >
                  <Name text={name} />
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="code">{problem.code}</p>
    </section>
  );
}
