/** Adds the other published versions to a menu, and goes to the one that is chosen. Elsewhere, there is only this one. */
export async function listVersions(select: HTMLSelectElement): Promise<void> {
  const { root = '/' } = select.dataset;
  select.addEventListener('change', () => location.assign(`${root}${select.value}/`));
  const response = await fetch(`${root}versions.json`).catch(() => undefined);
  if (!response?.ok) return;
  // `.github/scripts/publish-site.ts` writes it.
  const versions = (await response.json()) as string[];
  const own = select.value;
  const folders = versions.map((version) => version.replace(/\.\d+$/, ''));
  select.replaceChildren(...folders.map((folder) => new Option(folder, folder, false, folder === own)));
}
