/** The access key of `Fake.environment`, invented. */
export const ACCESS_KEY: string;
/** The secret key of `Fake.environment`, invented. */
export const SECRET_KEY: string;
/** The ID of the default project, which always exists. Its organization has the same ID. */
export const PROJECT_ID: string;

/** An object of the fake. */
export interface FakeObject {
    /** The product and type, such as `vpc/vpc`. */
    kind: string;
    /** The region or zone; empty for objects without one. */
    locality: string;
    id: string;
    /** The fields of the object as the API returns them. */
    fields: Record<string, any>;
}

/** A request to the fake, with secrets. */
export interface FakeRequest {
    /** The time in seconds since the start. */
    t: number;
    method: string;
    path: string;
    /** The HTTP status; null if the connection was closed without a response. */
    status: number | null;
    /** The operation of the API document, such as `CreateVPC`; null for requests that no document has. */
    operation: string | null;
    query: any;
    body: any;
}

/** The requests that a fault applies to. */
export interface Where {
    method?: string;
    /** The path, in which `*` matches any characters. */
    path?: string;
    /** The number of matching requests that are not affected first. Default: 0. */
    skip?: number;
    /** The number of requests that are affected. Default: 1. */
    times?: number;
}

/** A running fake on a free port of the loopback interface. */
export class Fake {
    /**
     * Starts a fake.
     *
     * `settle`: duration in seconds of transient statuses such as `creating`. Default: 0, until the first read.
     * `seed`: the objects that exist at the start, and other settings.
     * `enforcePermissions`: whether API keys created through IAM are limited to their policies. Default: false.
     *
     * Rejects if the binary is not found or does not start; its message is on stderr.
     */
    static start(options?: { settle?: number; seed?: object; enforcePermissions?: boolean }): Promise<Fake>;
    private constructor();
    /** The URL of the fake. */
    readonly url: string;
    /** The environment variables that direct a program to this fake. */
    readonly environment: Record<string, string>;
    /** Ends the process. A second call has no effect. */
    stop(): Promise<void>;
    /** All requests so far. */
    requests(): Promise<FakeRequest[]>;
    /** The existing objects, of one kind or of all. */
    objects(kind?: string): Promise<FakeObject[]>;
    /** Sets fields of an object outside of the API, to simulate drift. */
    change(id: string, fields: object): Promise<void>;
    /** Deletes an object outside of the API. */
    remove(id: string): Promise<void>;
    /** Injects a fault into the next matching request, such as `"drop_after"` or `{ status: { code: 503 } }`. */
    fault(kind: string | object, where?: Where): Promise<void>;
    /** Removes all pending faults. */
    clearFaults(): Promise<void>;
    /** Advances the clock. */
    advance(seconds: number): Promise<void>;
    /** Sets the duration of transient statuses in seconds. */
    settle(seconds: number): Promise<void>;
    /** The accepted request fields whose values no object contains. */
    unstored(): Promise<{ operation: string; field: string; requests: number }[]>;
    /** All objects as a seed, with secrets: `Fake.start({ seed })` starts with the same objects. */
    seed(): Promise<object>;
    /** Replaces all objects by those of a seed, for example to return to the state before a test. */
    restore(seed: object): Promise<void>;
}
