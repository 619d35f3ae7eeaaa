import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The built page goes where the Java program takes it from.
export default defineConfig({
  plugins: [react()],
  build: { outDir: '../target/classes/dev/skerry/console/web', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': { target: 'https://127.0.0.1:8443', secure: false } } },
});
