// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// What an engine says of itself: `GET /version`.
public struct EngineVersion: Sendable, Hashable {
    /// A program that the engine is made of.
    public struct Component: Sendable, Hashable {
        /// The name: `Engine`, `containerd`, `runc`; `Podman Engine`.
        public var name: String
        /// Its version.
        public var version: String
    }

    /// The engine's version.
    public var version: String
    /// The newest version of the API that it speaks.
    public var apiVersion: APIVersion?
    /// The oldest version of the API that it speaks.
    public var minimumAPIVersion: APIVersion?
    /// The operating system.
    public var os: String?
    /// The processors' architecture, in Go's words.
    public var architecture: String?
    /// The kernel's version.
    public var kernelVersion: String?
    /// The product's name, which may be empty.
    public var platform: String?
    /// The programs that the engine is made of.
    public var components: [Component]

    /// Whether it is Podman that speaks the engine's API.
    public var isPodman: Bool { components.contains { $0.name == "Podman Engine" } }

    /// Reads the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place. Only `Version` must be there.
    public init(json: ArraySlice<UInt8>) throws(WireError) {
        try self.init(WireObject.root(json, "version"))
    }

    /// Reads a value of the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place. Only `Version` must be there.
    public init(_ value: JSONValue) throws(WireError) {
        let object = try WireObject(value, "version")
        version = try object.requiredString("Version")
        apiVersion = try object.string("ApiVersion").flatMap { APIVersion($0) }
        minimumAPIVersion = try object.string("MinAPIVersion").flatMap { APIVersion($0) }
        os = try object.string("Os")
        architecture = try object.string("Arch")
        kernelVersion = try object.string("KernelVersion")
        platform = try object.object("Platform", path: "Platform.")?.string("Name")
        components = []
        for value in try object.array("Components") ?? [] {
            let component = try WireObject(value, "version", path: "Components.")
            components.append(
                Component(name: try component.string("Name") ?? "", version: try component.string("Version") ?? "")
            )
        }
    }
}
