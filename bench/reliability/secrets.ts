// What must not be found in an error.
export const token = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
export const password = 'correct horse "battery" <staple>';

/** The password as servers and proxies repeat it. */
export const passwordForms: Readonly<Record<string, string>> = {
  plain: password,
  'escaped as JSON': JSON.stringify(password).slice(1, -1),
  'percent-encoded': encodeURIComponent(password),
  'escaped as HTML': password.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  base64: Buffer.from(password).toString('base64'),
};
