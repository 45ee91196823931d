export interface Measure {
  readonly name: string;
  readonly now: string;
  readonly usual: string;
  /** How many times as much as usual, where that is worth saying. */
  readonly times?: number;
}

export function Compared(props: { caption: string; measures: readonly Measure[]; hasUsual: boolean }) {
  return (
    <table class="compared">
      <caption class="unseen">{props.caption}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col" class="number">
            now
          </th>
          {props.hasUsual && (
            <th scope="col" class="number">
              usual
            </th>
          )}
          <td />
        </tr>
      </thead>
      <tbody>
        {props.measures.map(({ name, now, usual, times }) => (
          <tr key={name} class={times === undefined ? '' : 'changed'}>
            <th scope="row">{name}</th>
            <td class="number">{now}</td>
            {props.hasUsual && <td class="number usual">{usual}</td>}
            <td class="times">{times === undefined ? '' : `${times.toFixed(times >= 10 ? 0 : 1)}×`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
