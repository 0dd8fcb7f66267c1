// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import Testing

/// Answers captured from a real engine (20.10.24, API 1.41).
struct Fixture {
    struct Missing: Error {
        var name: String
    }

    let root: JSONValue

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
        root = try JSONDocument([UInt8](Data(contentsOf: url))[...]).root
    }

    /// The capture of that name.
    func capture(_ name: String) throws -> JSONValue {
        guard let value = root.member(named: name) else { throw Missing(name: name) }
        return value
    }

    /// The body of the capture of that name.
    func body(_ name: String) throws -> [UInt8] {
        let capture = try capture(name)
        if let text = capture["body"]?.stringBytes { return Array(text) }
        if let text = capture["body_b64"]?.string, let data = Data(base64Encoded: text) { return [UInt8](data) }
        var bytes: [UInt8] = []
        guard let chunks = capture["chunks"] else { throw Missing(name: "the body of \(name)") }
        for chunk in chunks.elements {
            if let text = chunk["data"]?.stringBytes {
                bytes += text
            } else {
                bytes += try #require(Data(base64Encoded: chunk["data_b64"]?.string ?? ""))
            }
        }
        return bytes
    }
}
