namespace NvgreGateway.Exchange;

/// <summary>
/// Which places have members of which tenant multicast groups, and which lead to multicast routers: control writes what it
/// snooped, workers look up when a segment with <c>snooping</c> floods multicast. A <see cref="BindingTable"/> whose key also says the
/// place; routers stand under the group 0.
/// </summary>
public readonly struct GroupMembers
{
    /// <summary>Places in the table; half of them are used at most.</summary>
    public const uint Entries = 32768;

    // A key's family word: 4 or 6 in the low bits, then the id of the place, then whether it is a peer.
    private const int IdShift = 4;
    private const uint FamilyMask = (1 << IdShift) - 1;
    private readonly BindingTable _table;

    /// <summary>Makes a view.</summary>
    /// <param name="memory">First byte of the region, 64-byte aligned.</param>
    public unsafe GroupMembers(byte* memory) => _table = new BindingTable(memory, Entries);

    /// <summary>Bytes of the region.</summary>
    public static unsafe ulong Bytes => BindingTable.HeadBytes + (Entries * (ulong)sizeof(BindingEntry));

    /// <summary>Memberships that it may hold.</summary>
    public int Capacity => _table.Capacity;

    /// <summary>Whether a place has members of a group. Any thread.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="high">IPv4 group in the low 32 bits, else bytes 0-7, as the wire bytes load little-endian; 0 asks for a router.</param>
    /// <param name="low">IPv6 bytes 8-15 likewise; 0 for IPv4.</param>
    /// <param name="place">The place; its flush generation and flags do not matter.</param>
    /// <returns>Whether it has; also while the table cannot be read, since too many copies are better than none.</returns>
    public bool Contains(uint segment, uint family, ulong high, ulong low, uint place) =>
        !_table.TryFind(segment, Word(family, place), high, low, out ulong value) || value != 0;

    /// <summary>Adds a membership. The writer only; at most <see cref="Capacity"/>. Parameters as of <see cref="Contains"/>.</summary>
    public void Add(uint segment, uint family, ulong high, ulong low, uint place) =>
        _table.Set(new BindingEntry { High = high, Low = low, Mac = 1, Segment = segment, Family = Word(family, place) });

    /// <summary>Removes a membership, if it is there. The writer only. Parameters as of <see cref="Contains"/>.</summary>
    public void Remove(uint segment, uint family, ulong high, ulong low, uint place) => _table.Remove(segment, Word(family, place), high, low);

    /// <summary>Empties the table. The writer only.</summary>
    public void Clear() => _table.Clear();

    /// <summary>What a former writer left. The writer only.</summary>
    /// <returns>The memberships, places without generation; none when it died while it wrote.</returns>
    public IReadOnlyList<(uint Segment, uint Family, ulong High, ulong Low, uint Place)> All() =>
        [.. _table.All().Select(static e => (e.Segment, e.Family & FamilyMask, e.High, e.Low, (e.Family & Place.Peer) | ((e.Family >> IdShift) & Place.IdMask)))];

    private static uint Word(uint family, uint place) => family | ((place & Place.IdMask) << IdShift) | (place & Place.Peer);
}
