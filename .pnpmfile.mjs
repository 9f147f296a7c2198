export const hooks = {
  readPackage(manifest) {
    if (manifest.name === 'astro') {
      // The tests bundle only files of Astro's router, which need neither its 300 packages nor its version of Node.
      return { ...manifest, dependencies: {}, optionalDependencies: {}, engines: {} };
    }
    if (manifest.name === '@tailwindcss/oxide') {
      // Installed on every system, and used only where there is no native build: 7 MB.
      const { '@tailwindcss/oxide-wasm32-wasi': _, ...optionalDependencies } = manifest.optionalDependencies;
      return { ...manifest, optionalDependencies };
    }
    return manifest;
  },
};
