// SPDX-License-Identifier: Apache-2.0

import Bytes
import TestSupport
import Testing

@testable import Recorder

@Suite struct ChecksumTests {
    @Test(
        "XXH64 gives the known values",
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ] as [(String, UInt64)]
    )
    func known(text: String, value: UInt64) {
        #expect(XXH64.hash(Array(text.utf8)[...]) == value)
    }

    @Test("XXH64 is the same however the bytes are cut")
    func pieces() {
        var random = SplitMix64(seed: 1)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var hash = XXH64()
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = 1 + random.below(rest.count)
                hash.update(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(hash.value == XXH64.hash(bytes[...]))
        }
    }

    @Test("XXH64's lower half is the checksum that zstd stores in a frame")
    func storedByZstd() throws {
        var random = SplitMix64(seed: 2)
        for length in [0, 1, 31, 32, 33, 100, 4096, 200_001] {
            let bytes = (0..<length).map { _ in UInt8(random.below(64)) }
            var frame: [UInt8] = []
            try ZstdCompressor().compress(bytes[...], .end, into: &frame)
            let stored = LittleEndian.read(UInt32.self, frame[...], at: frame.count - 4)
            #expect(stored == UInt32(truncatingIfNeeded: XXH64.hash(bytes[...])))
        }
    }

    @Test(
        "Base64 gives the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(text: String, encoded: String) {
        var bytes: [UInt8] = []
        Array(text.utf8).withUnsafeBufferPointer { Base64.append($0, to: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == encoded)
        #expect(Base64.decode(bytes[...]) == Array(text.utf8))
    }

    @Test(
        "Base64 that it would not write itself is refused",
        arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "====", "Z===", "Zm9v\n", "Zm-_", "=m9v", "Zm=v"]
    )
    func notBase64(text: String) {
        #expect(Base64.decode(Array(text.utf8)[...]) == nil)
    }
}
