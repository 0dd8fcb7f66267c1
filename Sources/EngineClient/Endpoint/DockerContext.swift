// SPDX-License-Identifier: Apache-2.0

import Bytes

/// A context of the docker CLI: a named endpoint with its TLS files.
struct DockerContext {
    /// The most contexts that are looked through; people have a handful.
    static let maximumCount = 1000

    let name: String
    let host: String
    let skipsVerification: Bool
    let material: TransportSecurity

    /// The endpoint; with TLS if the context has files for it, or says that it does not verify.
    func endpoint() throws(EngineError) -> EngineEndpoint {
        let hasMaterial = material.authority != nil || material.certificate != nil
        let security = hasMaterial || skipsVerification ? material : nil
        guard !host.isEmpty else {
            return EngineEndpoint(address: .unix(path: EngineEndpoint.standardSocket), origin: .context(name))
        }
        return try EndpointAddress(host, origin: .context(name)).endpoint { isRequired throws(EngineError) in
            security ?? (isRequired ? TransportSecurity() : nil)
        }
    }
}

extension EndpointSettings {
    /// The context in use, or `nil` for the one named `default`.
    func context() throws(EngineError) -> DockerContext? {
        guard let directory else { return nil }
        var chosen = value("DOCKER_CONTEXT")
        if chosen == nil { chosen = try currentContext(in: directory) }
        guard let chosen, chosen != "default", !chosen.isEmpty else { return nil }
        let origin = value("DOCKER_CONTEXT") == nil ? directory + "/config.json" : "DOCKER_CONTEXT"
        var known: [String] = []
        for entry in files.list(directory + "/contexts/meta").sorted().prefix(DockerContext.maximumCount) {
            let path = "\(directory)/contexts/meta/\(entry)/meta.json"
            guard let bytes = try read(path, origin: origin), let document = try? JSONDocument(bytes[...]),
                let name = document.root["Name"]?.string
            else { continue }
            guard name == chosen else {
                known.append(name)
                continue
            }
            return try context(name, document.root, tls: "\(directory)/contexts/tls/\(entry)/docker")
        }
        throw .invalidEndpoint(
            chosen,
            "the docker context \"\(chosen)\" (from \(origin)) does not exist",
            advice: "the contexts are: \((["default"] + known).joined(separator: ", "))"
        )
    }

    private func context(_ name: String, _ meta: JSONValue, tls: String) throws(EngineError) -> DockerContext {
        let endpoint = meta["Endpoints"]?["docker"]
        let skips = endpoint?["SkipTLSVerify"]?.boolean ?? false
        return DockerContext(
            name: name,
            host: endpoint?["Host"]?.string ?? "",
            skipsVerification: skips,
            material: try security(in: tls, origin: "the docker context \"\(name)\"", isVerified: !skips)
        )
    }

    private func currentContext(in directory: String) throws(EngineError) -> String? {
        let path = directory + "/config.json"
        guard let bytes = try read(path, origin: "the choice of a docker context") else { return nil }
        do {
            return try JSONDocument(bytes[...]).root["currentContext"]?.string
        } catch {
            throw .invalidEndpoint(
                path,
                "\(path) is not valid JSON (\(error)), so the current docker context is unknown",
                advice: "repair it, or name the engine by -H or DOCKER_HOST"
            )
        }
    }
}
