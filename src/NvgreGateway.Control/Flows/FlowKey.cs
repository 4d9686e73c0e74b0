using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// What one rule of hardware encapsulation is about: a flow, or, where nothing of the outer header differs by flow, all flows of a protocol
/// between two stations that are marked alike; then <see cref="IsFlow"/> is false, and addresses, ports and CRC are 0.
/// </summary>
/// <param name="Encapsulates">From the VLAN side; else from NVGRE.</param>
/// <param name="IsFlow">Whether addresses and ports count.</param>
/// <param name="SourceKey">FDB key of the source MAC, with the segment id.</param>
/// <param name="DestinationKey">FDB key of the destination MAC.</param>
/// <param name="Attachment">Id of the attachment.</param>
/// <param name="Peer">Id of the peer.</param>
/// <param name="Family">Inner family, 4 or 6.</param>
/// <param name="Protocol">6 or 17.</param>
/// <param name="Tos">Inner TOS byte or traffic class.</param>
/// <param name="Source">Source address, wire bytes as they load little-endian.</param>
/// <param name="Destination">Destination address, likewise.</param>
/// <param name="SourcePort">Source port.</param>
/// <param name="DestinationPort">Destination port.</param>
/// <param name="Crc">CRC32C of the flow key, which FlowID and flow label come from (WIRE-FORMAT 1.5).</param>
internal readonly record struct FlowKey(
    bool Encapsulates, bool IsFlow, ulong SourceKey, ulong DestinationKey, uint Attachment, uint Peer, byte Family, byte Protocol, byte Tos, UInt128 Source, UInt128 Destination,
    ushort SourcePort, ushort DestinationPort, uint Crc)
{
    /// <summary>Segment id.</summary>
    public uint Segment => (ushort)SourceKey;

    /// <summary>The key of a sampled frame.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="encapsulates">From the VLAN side.</param>
    /// <param name="isFlow">Whether addresses and ports count.</param>
    /// <param name="attachment">Id of the attachment.</param>
    /// <param name="peer">Id of the peer.</param>
    /// <returns>It.</returns>
    public static unsafe FlowKey Of(FlowSample* sample, bool encapsulates, bool isFlow, uint attachment, uint peer)
    {
        var key = new FlowKey(
            encapsulates, isFlow, sample->SourceKey, sample->DestinationKey, attachment, peer, sample->Family, sample->Protocol, sample->Tos, 0, 0, 0, 0, 0);
        return !isFlow ? key : key with
        {
            Source = *(UInt128*)sample->Source, Destination = *(UInt128*)sample->Destination, SourcePort = sample->SourcePort, DestinationPort = sample->DestinationPort,
            Crc = sample->Crc,
        };
    }
}
