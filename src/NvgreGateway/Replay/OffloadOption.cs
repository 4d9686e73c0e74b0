using System.Buffers.Binary;

namespace NvgreGateway.Replay;

/// <summary>
/// The pcapng option that carries what a device said of a received frame, or is asked to do to a sent one: custom binary data that
/// may be copied (2989), of the enterprise number for examples (32473, RFC 5612), so that it begins with a signature of its own.
/// README.md of this folder tells its bytes.
/// </summary>
internal static class OffloadOption
{
    /// <summary>Code of custom binary options.</summary>
    public const ushort Code = 2989;

    /// <summary>The enterprise number, in the byte order of the section.</summary>
    public const uint Enterprise = 32473;

    /// <summary>Bytes of signature, version and direction.</summary>
    public const int HeaderLength = 6;

    private const uint Signature = 0x4E56474F; // NVGO
    private const byte Version = 1;
    private const byte Received = 0;
    private const byte ToSend = 1;

    /// <summary>Whether data behind the enterprise number are ours.</summary>
    /// <param name="data">The data.</param>
    /// <returns>Whether they are.</returns>
    public static bool IsOurs(ReadOnlySpan<byte> data) => data.Length >= HeaderLength && BinaryPrimitives.ReadUInt32BigEndian(data) == Signature;

    /// <summary>Reads what a device said of a received frame.</summary>
    /// <param name="data">Data that <see cref="IsOurs"/>.</param>
    /// <param name="said">What it said; null when they are about a frame to send.</param>
    /// <returns>Null, or what is wrong with them.</returns>
    public static string? Read(ReadOnlySpan<byte> data, out ReceivedMetadata? said)
    {
        said = null;
        return data[4] != Version ? $"offload metadata of version {data[4]}, not {Version}"
            : data[5] == ToSend ? null
            : data[5] != Received ? $"offload metadata of direction {data[5]}, neither {Received} (received) nor {ToSend} (to send)"
            : ReceivedMetadata.Read(data[HeaderLength..], out said);
    }

    /// <summary>Writes the header in front of what a device is asked for.</summary>
    /// <param name="to">Where to.</param>
    public static void WriteHeader(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Signature);
        to[4] = Version;
        to[5] = ToSend;
    }
}
