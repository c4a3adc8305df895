/** A default in short: a number as one writes it in code, and environment variables as such. */
export const presetIn = (text: string): string =>
  text
    .replaceAll(/(?:the environment variable )?(`EXAMPLE_)/g, 'from $1')
    .replaceAll(/(?<![\w`])\d{1,3}(?: \d{3})*(?! MiB|[\w`])/g, (number) => `\`${number.replaceAll(' ', '_')}\``);
