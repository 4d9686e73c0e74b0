using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// A next hop on an underlay port. Control writes all but <see cref="Held"/>, which workers change atomically; workers read
/// <see cref="Word"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public struct NextHopSlot
{
    /// <summary>MAC in the low 48 bits (first wire byte lowest), <see cref="NextHopState"/> in bits 48-55, <see cref="Unreachable"/>: one store changes all.</summary>
    public ulong Word;

    /// <summary>Its address: IPv4 in the low 32 bits, else bytes 0-7; as the wire bytes load little-endian.</summary>
    public ulong AddressHigh;

    /// <summary>IPv6 bytes 8-15 likewise.</summary>
    public ulong AddressLow;

    /// <summary>Underlay port index.</summary>
    public ushort Port;

    /// <summary>4 or 6; 0 = not in use.</summary>
    public byte Family;

    /// <summary>Not 0: configured (static neighbour).</summary>
    public byte Static;

    /// <summary>When it was last confirmed, milliseconds of control's clock.</summary>
    public ulong ConfirmedAt;

    private readonly ulong _pad0;
    private readonly ulong _pad1;
    private readonly ulong _pad2;

    /// <summary>Packets that workers hold for it, over all workers (on a cache line of its own).</summary>
    public int Held;

    /// <summary>
    /// The bit of a word that says: it did not answer and has not since, whatever its state. Flows that have another next hop take that
    /// one (A-121, F-053).
    /// </summary>
    public const ulong Unreachable = 1ul << 56;

    /// <summary>The state.</summary>
    public readonly NextHopState State => StateOf(Word);

    /// <summary>The state in a word.</summary>
    /// <param name="word">A value of <see cref="Word"/>.</param>
    /// <returns>The state.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NextHopState StateOf(ulong word) => (NextHopState)(byte)(word >> 48);

    /// <summary>Makes a word.</summary>
    /// <param name="mac">MAC in the low 48 bits.</param>
    /// <param name="state">The state.</param>
    /// <param name="unreachable">Whether it is known not to answer; <see cref="NextHopState.Failed"/> says so by itself.</param>
    /// <returns>The word.</returns>
    public static ulong Pack(ulong mac, NextHopState state, bool unreachable = false) =>
        (mac & 0xFFFF_FFFF_FFFF) | ((ulong)state << 48) | (unreachable || state == NextHopState.Failed ? Unreachable : 0);
}
