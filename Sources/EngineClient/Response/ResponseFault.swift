// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a response on the wire.
public enum ResponseFault: Error, Sendable, Hashable {
    /// The bytes are no HTTP/1.1 response, or break a bound; the text says what was found.
    case malformed(String)
    /// The connection ended before the response did; the text says what was missing (facts J2, J3).
    case truncated(String)
}
