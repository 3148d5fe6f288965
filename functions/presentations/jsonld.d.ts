// The one function that this room uses; the package ships no types.
declare module 'jsonld' {
  const jsonld: {
    expand(document: object, options: { documentLoader: unknown; safe?: boolean }): Promise<object[]>;
  };
  export default jsonld;
}
