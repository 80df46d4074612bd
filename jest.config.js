import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Jest's own default leaves one core free: of two that is half.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testMatch: [
    '<rootDir>/packages/*/src/**/*.test.ts',
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/examples/*/**/*.test.ts',
    '<rootDir>/internal/*/**/*.test.ts',
  ],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json' }] },
  // Tests run the sources of every package, not its build.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^coppice$': '<rootDir>/packages/coppice/src/index.ts',
    '^coppice/([^/]+)$': '<rootDir>/packages/coppice/src/$1.ts',
    '^@coppice/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@coppice/([^/]+)/([^/]+)$': '<rootDir>/packages/$1/src/$2.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp', '<rootDir>/[^/]+/[^/]+/dist'],
  restoreMocks: true,
  testTimeout: 30_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['packages/*/src/**/*.ts', '!**/*.test.ts', '!**/*.test-d.ts'],
  coverageReporters: ['text', 'lcov'],
};
