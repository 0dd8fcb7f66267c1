// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// What a recording was made of, as its header says it.
public struct RecordedSource: Sendable, Hashable {
    /// The mode of the source: `live`, `simulation`, `replay`.
    public var mode: String
    /// The name of the machine.
    public var host: String?
    /// The name of the scenario.
    public var scenario: String?
    /// The seed of the simulation.
    public var seed: UInt64?

    /// Describes a source.
    public init(mode: String, host: String? = nil, scenario: String? = nil, seed: UInt64? = nil) {
        self.mode = mode
        self.host = host
        self.scenario = scenario
        self.seed = seed
    }

    /// The header's `source`.
    ///
    /// - Parameter engine: The engine's answer to `/version`, where it is known.
    /// - Returns: A JSON object.
    func json(engine: ArraySlice<UInt8>?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("mode")
        writer.string(mode)
        if let engine {
            writer.key("engine")
            writer.raw(engine)
        }
        for case (let name, let value?) in [("host" as StaticString, host), ("scenario", scenario)] {
            writer.key(name)
            writer.string(value)
        }
        if let seed {
            writer.key("seed")
            writer.integer(seed)
        }
        writer.endObject()
        return writer.bytes
    }
}
