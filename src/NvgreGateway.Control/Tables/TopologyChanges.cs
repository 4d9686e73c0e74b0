using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// Forgets what was learned where spanning tree tells of a topology change (E-072): the VLAN of a port, or the whole port. Not twice
/// within a second, however often it is told.
/// </summary>
internal sealed class TopologyChanges
{
    private const ulong Pause = 1_000_000_000;
    private readonly Dictionary<(int Port, uint Attachment), ulong> _flushedAt = [];

    /// <summary>A worker told of one.</summary>
    /// <param name="fdb">The FDB.</param>
    /// <param name="port">Port index.</param>
    /// <param name="place">Place of the attachment, 0 = the whole port.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Entries that were forgotten; null when nothing was done.</returns>
    public int? Told(FdbManager fdb, int port, uint place, ulong now)
    {
        uint attachment = new Place(place).Id;
        if (_flushedAt.TryGetValue((port, attachment), out ulong at) && now < at + Pause)
        {
            return null;
        }

        _flushedAt[(port, attachment)] = now;
        return attachment == 0 ? fdb.FlushPort(port) : fdb.FlushAttachment(attachment);
    }
}
