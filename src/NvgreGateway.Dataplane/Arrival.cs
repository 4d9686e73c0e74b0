using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// A received packet on its way to the worker that its flow belongs to, in one word, so that a cache line has eight: where it lies in
/// the low 48 bits, since no address of a process is longer, and the port it came in on above them.
/// </summary>
/// <param name="word">Both.</param>
internal readonly unsafe struct Arrival(ulong word)
{
    private const int PortShift = 48;
    private const ulong AddressMask = (1ul << PortShift) - 1;

    /// <summary>Both in one.</summary>
    public readonly ulong Word = word;

    /// <summary>The packet, as it was received.</summary>
    public Mbuf* Packet => (Mbuf*)(Word & AddressMask);

    /// <summary>Port it came in on.</summary>
    public uint Port => (uint)(Word >> PortShift);

    /// <summary>What a packet's address is joined with.</summary>
    /// <param name="port">Port it came in on, below 64.</param>
    /// <returns>The port in its place.</returns>
    public static ulong Tag(uint port) => (ulong)port << PortShift;
}
