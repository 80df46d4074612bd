export {}; // Placeholder
