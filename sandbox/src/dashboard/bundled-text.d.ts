/** A script or style sheet for the browser, bundled and minified as text: see `build/bundled-text.ts`. */
declare module '*?bundled' {
  const text: string;
  export default text;
}
