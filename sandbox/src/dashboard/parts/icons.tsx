/** Paths on a grid of 24 by 24, drawn with lines. */
const paths = {
  overview: 'M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z',
  requests: 'M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11',
  rateLimits: 'M4 17a8 8 0 1 1 16 0M12 17l4-6M9 20h6',
  webhooks: 'M6 18a3 3 0 1 1 2-5l4-7M12 6a3 3 0 1 1 3 3l3 5M18 14a3 3 0 1 1-2 5H8',
  faults: 'M13 3 5 14h6l-1 7 8-11h-6z',
  menu: 'M4 6h16M4 12h16M4 18h16',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  close: 'M6 6l12 12M18 6 6 18',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3.5 2',
} as const;

export type IconName = keyof typeof paths;

const known: Readonly<Record<string, string | undefined>> = paths;

/** @param name Of an icon, or the lines of another one. */
export function Icon({ name }: { name: IconName | `M${string}` }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={known[name] ?? name} />
    </svg>
  );
}

export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="9" fill="#3b46d1"/>
  <path d="M8 21a9 9 0 1 1 16 0M16 19l4.5-6.5" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/>
</svg>
`;
