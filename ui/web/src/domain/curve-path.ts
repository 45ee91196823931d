/** Room for a curve, pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

export interface Scale {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly top: number;
}

/** Maps times and values into the frame; the value axis starts at zero, so that heights can be compared. */
export function scaleOf(times: readonly number[], largest: number, { width, height }: Frame): Scale {
  const from = times[0] ?? 0;
  const to = times.at(-1) ?? 1;
  const top = niceTop(largest);
  return {
    x: (time) => (to === from ? width / 2 : ((time - from) / (to - from)) * width),
    y: (value) => height - (Math.min(value, top) / top) * height,
    top,
  };
}

/** The first round number that is not below the value. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (
    [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value * 0.999) ??
    value
  );
}

/** SVG path through the values; a missing one breaks the line instead of inventing a bridge. */
export function pathOf(
  points: readonly { readonly time: number; readonly value: number | null }[],
  scale: Scale,
): string {
  let path = '';
  let open = false;
  for (const { time, value } of points) {
    if (value === null) {
      open = false;
      continue;
    }
    path += `${open ? 'L' : 'M'}${scale.x(time).toFixed(1)} ${scale.y(value).toFixed(1)}`;
    open = true;
  }
  return path;
}
