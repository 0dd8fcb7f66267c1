// SPDX-License-Identifier: Apache-2.0

/// Writes JSON into an array of bytes, without spaces, members in the order of the calls.
///
/// It does not check that calls nest properly: what it writes is fixed by the code that calls it.
/// The text of strings may be any bytes: what is not UTF-8 becomes U+FFFD.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public var bytes: [UInt8]

    /// Whether the next member or element needs a comma before it.
    @usableFromInline var needsComma = false

    /// Makes a writer that appends to `bytes`.
    @inlinable
    public init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// The number of bytes written.
    @inlinable public var count: Int { bytes.count }

    // MARK: Structure

    /// Opens an object, as a value.
    @inlinable
    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes an object.
    @inlinable
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array, as a value.
    @inlinable
    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Closes an array.
    @inlinable
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a member's name that needs no escapes; its value is what is written next.
    @inlinable
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        // SAFETY: a static string's bytes live as long as the process, and `utf8CodeUnitCount` is their number.
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name of any text; its value is what is written next.
    public mutating func key(escaping name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Begins a new line outside of all values, for JSON Lines.
    public mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    // MARK: Values

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { JSONEscape.append($0, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes a string that is known to the compiler and needs no escapes.
    @inlinable
    public mutating func string(plain text: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        // SAFETY: as in `key`.
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes bytes as a string; what is not UTF-8 becomes U+FFFD.
    public mutating func string(_ text: ArraySlice<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        text.withUnsafeBufferPointer { JSONEscape.append($0, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes the bytes that a pointer spans as a string; what is not UTF-8 becomes U+FFFD.
    public mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        JSONEscape.append(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes a time as a string: RFC 3339, UTC, nine decimals.
    @inlinable
    public mutating func time(_ time: Timestamp) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        RFC3339.append(time, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes an integer.
    @inlinable
    public mutating func integer(_ value: Int64) {
        separate()
        Decimal.append(value, to: &bytes)
        needsComma = true
    }

    /// Writes an integer without a sign.
    @inlinable
    public mutating func integer(_ value: UInt64) {
        separate()
        Decimal.append(value, to: &bytes)
        needsComma = true
    }

    /// Writes an integer.
    @inlinable
    public mutating func integer(_ value: Int) {
        integer(Int64(value))
    }

    /// Writes a number given in hundredths, with as many of its two decimals as it needs but at least one: 125 as `1.25`,
    /// 1250 as `12.5`, 25600 as `256.0`.
    public mutating func hundredths(_ value: Int64) {
        separate()
        Decimal.append(hundredths: value, to: &bytes)
        needsComma = true
    }

    /// Writes `true` or `false`.
    public mutating func boolean(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        raw("null")
    }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: StaticString) {
        separate()
        // SAFETY: as in `key`.
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
        needsComma = true
    }

    /// Writes a comma if one is due.
    @inlinable
    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
