using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>The FDB's single writer.</summary>
public sealed class FdbManager
{
    /// <summary>Raised when a MAC is marked duplicate (E-032).</summary>
    public event Action<FdbEntry>? MarkedDuplicate;

    /// <summary>Entries, records included.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Records.</summary>
    public int StaticCount => throw new NotImplementedException();

    /// <summary>Entries that are marked duplicate now.</summary>
    public int FrozenCount => throw new NotImplementedException();

    /// <summary>Entries at most (<c>fdb.capacity</c>).</summary>
    public int Capacity => throw new NotImplementedException();

    /// <summary>Takes in what a worker says: a source that was not found, or found elsewhere.</summary>
    /// <param name="key">The FDB key (<see cref="PuntSlot.Key"/>).</param>
    /// <param name="place">Where it was seen (<see cref="PuntSlot.Place"/>).</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <returns>What became of it.</returns>
    public LearnResult Learn(ulong key, uint place, ulong now) { MarkedDuplicate?.Invoke(default); throw new NotImplementedException(); }

    /// <summary>Finds an entry.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="mac">The MAC.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(uint segment, MacAddress mac, out FdbEntry entry) => throw new NotImplementedException();

    /// <summary>All entries, segment by segment in no particular order; may be called from any thread.</summary>
    /// <returns>The entries.</returns>
    public IEnumerable<FdbEntry> Enumerate() => throw new NotImplementedException();

    /// <summary>Removes all learned entries (E-035).</summary>
    /// <returns>How many.</returns>
    public int FlushAll() => throw new NotImplementedException();

    /// <summary>Removes the learned entries of a segment.</summary>
    /// <param name="segment">Segment id.</param>
    /// <returns>How many.</returns>
    public int FlushSegment(uint segment) => throw new NotImplementedException();

    /// <summary>Removes the learned entries of an access port: also when its link goes down.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>How many.</returns>
    public int FlushPort(int port) => throw new NotImplementedException();

    /// <summary>Removes the learned entries of an attachment (a VLAN of a port).</summary>
    /// <param name="attachment">Attachment id.</param>
    /// <returns>How many.</returns>
    public int FlushAttachment(uint attachment) => throw new NotImplementedException();

    /// <summary>Removes the learned entries of a peer of a segment.</summary>
    /// <param name="peer">Peer id.</param>
    /// <returns>How many.</returns>
    public int FlushPeer(uint peer) => throw new NotImplementedException();

    /// <summary>Removes a learned MAC.</summary>
    /// <param name="mac">The MAC.</param>
    /// <param name="segment">Segment id, 0 = every segment.</param>
    /// <returns>How many.</returns>
    public int FlushMac(MacAddress mac, uint segment = 0) => throw new NotImplementedException();
}
