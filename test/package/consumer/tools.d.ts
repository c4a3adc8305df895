// What programs use of packages that are installed with the tools of the tests only.

declare module 'edge-runtime' {
  export class EdgeRuntime {
    evaluate(script: string): unknown;
  }
}

declare module 'abort-controller' {
  export const { AbortController, AbortSignal }: typeof globalThis;
}

declare module 'happy-dom' {
  export class Window {
    readonly AbortController: typeof globalThis.AbortController;
  }
}

declare module 'jsdom' {
  export class JSDOM {
    readonly window: { readonly AbortController: typeof globalThis.AbortController };
  }
}

declare module 'whatwg-fetch' {
  export const { Headers, Request, Response }: typeof globalThis;
}

declare module 'whatwg-url-without-unicode' {
  export const { URL, URLSearchParams }: typeof globalThis;
}
