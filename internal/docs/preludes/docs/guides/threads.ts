export declare const file: URL;
