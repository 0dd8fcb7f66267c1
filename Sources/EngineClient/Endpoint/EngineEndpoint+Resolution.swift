// SPDX-License-Identifier: Apache-2.0

extension EngineEndpoint {
    /// Finds the engine as the docker CLI does: the flag, else `DOCKER_HOST`, else the docker context, else the
    /// standard socket.
    ///
    /// The context is `DOCKER_CONTEXT`, else `currentContext` in `config.json` of `DOCKER_CONFIG` or `~/.docker`.
    /// TLS comes from the context, or from `DOCKER_TLS_VERIFY`, `DOCKER_TLS` and `DOCKER_CERT_PATH`.
    ///
    /// - Throws: ``EngineError`` with the code ``EngineError/Code/invalidEndpoint``, naming the value and its origin.
    public static func resolve(
        flag: String?,
        environment: [String: String],
        files: EndpointFiles = .system
    ) throws(EngineError) -> EngineEndpoint {
        let settings = EndpointSettings(environment: environment, files: files)
        if let flag {
            return try EndpointAddress(flag, origin: .flag).endpoint(settings.security)
        }
        if let host = settings.value("DOCKER_HOST") {
            return try EndpointAddress(host, origin: .variable("DOCKER_HOST")).endpoint(settings.security)
        }
        if let context = try settings.context() {
            return try context.endpoint()
        }
        return EngineEndpoint(address: .unix(path: standardSocket), origin: .standard)
    }
}

/// What the environment says about engines.
struct EndpointSettings {
    let environment: [String: String]
    let files: EndpointFiles

    /// The value of a variable that is set to something.
    func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The directory of the docker CLI's configuration.
    var directory: String? {
        value("DOCKER_CONFIG") ?? value("HOME").map { $0 + "/.docker" }
    }

    /// TLS as the variables say it, for an address that needs it (`https`) or may have it (`tcp`).
    func security(isRequired: Bool) throws(EngineError) -> TransportSecurity? {
        let isVerified = value("DOCKER_TLS_VERIFY") != nil
        let isAsked = isVerified || value("DOCKER_TLS") != nil
        guard isAsked || isRequired else { return nil }
        guard let directory = value("DOCKER_CERT_PATH") ?? (isAsked ? directory : nil) else {
            return TransportSecurity(isVerified: isVerified || isRequired)
        }
        let origin = value("DOCKER_CERT_PATH") == nil ? "DOCKER_TLS_VERIFY" : "DOCKER_CERT_PATH"
        let security = try security(in: directory, origin: origin, isVerified: isVerified || !isAsked)
        if isVerified, security.authority == nil {
            throw .invalidEndpoint(
                directory,
                "DOCKER_TLS_VERIFY is set, but there is no ca.pem in \(directory)",
                advice: "put the CA's certificate there, or name its directory by DOCKER_CERT_PATH"
            )
        }
        return security
    }

    /// The PEM files of a directory.
    func security(
        in directory: String,
        origin: String,
        isVerified: Bool
    ) throws(EngineError) -> TransportSecurity {
        let authority = try material(directory + "/ca.pem", origin: origin)
        let certificate = try material(directory + "/cert.pem", origin: origin)
        let key = try material(directory + "/key.pem", origin: origin)
        guard (certificate == nil) == (key == nil) else {
            let missing = certificate == nil ? "cert.pem" : "key.pem"
            throw .invalidEndpoint(
                directory,
                "\(missing) is missing in \(directory), which \(origin) names",
                advice: "a client certificate needs both cert.pem and key.pem"
            )
        }
        return TransportSecurity(authority: authority, certificate: certificate, key: key, isVerified: isVerified)
    }

    private func material(_ path: String, origin: String) throws(EngineError) -> TransportSecurity.Material? {
        try read(path, origin: origin).map { TransportSecurity.Material(path: path, bytes: $0) }
    }

    /// The contents of a file, or `nil` when there is none.
    func read(_ path: String, origin: String) throws(EngineError) -> [UInt8]? {
        do {
            return try files.read(path)
        } catch {
            throw .invalidEndpoint(
                path,
                "\(path) cannot be read, which \(origin) needs",
                advice: "check its permissions"
            )
        }
    }
}

extension EngineError {
    /// A mistake in what the user said about the endpoint.
    static func invalidEndpoint(_ endpoint: String, _ message: String, advice: String? = nil) -> EngineError {
        EngineError(.invalidEndpoint, endpoint: endpoint, message: message, advice: advice)
    }
}
