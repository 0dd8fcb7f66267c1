// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Taking the values of environment variables out of what the engine says, before anything else sees it.
public enum EnvironmentMask {
    /// What stands in place of a value.
    public static let mask = "‹redacted›"

    /// An inspect without the values of environment variables, minified, otherwise byte for byte as it was.
    ///
    /// In `Config.Env`, `KEY=value` becomes `KEY=‹redacted›`; an entry without `=` has no value and stays.
    ///
    /// - Throws: ``WireError`` when it is no JSON: what cannot be read cannot be cleaned, and must not be kept.
    public static func inspect(_ json: ArraySlice<UInt8>) throws(WireError) -> [UInt8] {
        let root = try WireObject.root(json, "inspect")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count)
        var end = json.startIndex
        // All members of the name are cleaned: who reads the JSON may take the last of equal names.
        for config in root.members where config.name == "Config" {
            for environment in config.value.members where environment.name == "Env" {
                for entry in environment.value.elements where entry.kind == .string {
                    JSONMinify.append(json[end..<entry.raw.startIndex], to: &bytes)
                    append(entry, to: &bytes)
                    end = entry.raw.endIndex
                }
            }
        }
        JSONMinify.append(json[end...], to: &bytes)
        return bytes
    }

    /// Appends an entry with its value masked.
    private static func append(_ entry: JSONValue, to bytes: inout [UInt8]) {
        guard let text = entry.stringBytes, let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
            bytes.append(contentsOf: entry.raw)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        let name = text[...equals]
        if name.startIndex == entry.raw.startIndex + 1 {
            // Without escapes the string's text is its JSON.
            bytes.append(contentsOf: name)
        } else {
            // SAFETY: the pointer does not leave the closure, and is read within its count.
            name.withUnsafeBufferPointer { JSONEscape.append($0, to: &bytes) }
        }
        bytes.append(contentsOf: mask.utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}
