// SPDX-License-Identifier: GPL-3.0-or-later
// The two functions of WebAssembly that we call: the project compiles without the DOM's types.
declare namespace WebAssembly {
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: object): Promise<{ readonly exports: object }>;
}
