// SPDX-License-Identifier: Apache-2.0

/// Which target may import which of our own modules: one way only, as the design's table of modules says.
enum ImportRules {
    static let allowed: [String: Set<String>] = [
        "Bytes": [],
        "CPCRE2": [],
        "CZstd": [],
        "ObserverModel": ["Bytes"],
        "DockerAPI": ["Bytes"],
        "Patterns": ["CPCRE2"],
        "Redaction": ["Bytes", "ObserverModel", "DockerAPI", "Patterns"],
        "EngineClient": ["Bytes", "DockerAPI"],
        "Observer": ["Bytes", "ObserverModel", "DockerAPI", "EngineClient"],
        "Recorder": ["Bytes", "ObserverModel", "CZstd"],
        "HTTPCore": [],
        "Server": ["Bytes", "ObserverModel", "Observer", "HTTPCore", "Patterns"],
        "ObserverCommand": [
            "Bytes", "ObserverModel", "DockerAPI", "EngineClient", "Observer", "Recorder", "Patterns", "Redaction",
            "HTTPCore", "Server",
        ],
    ]

    /// The module that a line of code imports.
    static func importedModule(_ line: String) -> String? {
        let words = line.split(separator: " ").filter { !["public", "internal", "package", "private"].contains($0) }
        let unattributed = words.drop { $0.hasPrefix("@") }
        guard unattributed.first == "import", let last = unattributed.last else { return nil }
        return String(last.split(separator: ".")[0])
    }
}
