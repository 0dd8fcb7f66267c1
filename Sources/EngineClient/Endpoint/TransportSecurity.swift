// SPDX-License-Identifier: Apache-2.0

/// How a TCP endpoint is secured: TLS, with the material that the user has for it.
public struct TransportSecurity: Sendable, Hashable, CustomStringConvertible {
    /// One file in PEM, with the name that messages use.
    public struct Material: Sendable, Hashable, CustomStringConvertible {
        /// Where the bytes came from.
        public let path: String
        let bytes: [UInt8]

        /// Creates material from the contents of a file.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }

        /// The path alone: what is in the file may be a key.
        public var description: String { path }
    }

    /// The certificates that the engine's must be signed by; `nil` trusts what the system trusts.
    public let authority: Material?

    /// The client's certificate, if the engine asks for one.
    public let certificate: Material?

    /// The client's private key.
    public let key: Material?

    /// Whether the engine's certificate is checked.
    public let isVerified: Bool

    /// Creates a description of TLS.
    public init(
        authority: Material? = nil,
        certificate: Material? = nil,
        key: Material? = nil,
        isVerified: Bool = true
    ) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.isVerified = isVerified
    }

    /// Which files are used, without their contents.
    public var description: String {
        let parts = [
            authority.map { "CA \($0)" } ?? "the system's CAs",
            certificate.map { "client certificate \($0)" },
            isVerified ? nil : "not verified",
        ]
        return "TLS (" + parts.compactMap { $0 }.joined(separator: ", ") + ")"
    }
}
