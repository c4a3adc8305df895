export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="7" fill="#4f46e5"/>
  <path d="M9 9h14M9 16h9M9 23h14" stroke="#fff" stroke-width="3.5" stroke-linecap="round"/>
</svg>
`;
