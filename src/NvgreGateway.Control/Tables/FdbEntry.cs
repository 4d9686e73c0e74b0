using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>An entry of the FDB, for people and programs.</summary>
/// <param name="Mac">The MAC.</param>
/// <param name="Segment">Segment id.</param>
/// <param name="Place">Where it lives, with the entry's flags.</param>
/// <param name="Age">Time since its last frame, to the length of an age tick; zero for records.</param>
public readonly record struct FdbEntry(MacAddress Mac, uint Segment, Place Place, TimeSpan Age)
{
    /// <summary>A record of the configuration.</summary>
    public bool IsStatic => (Place.Value & Place.Static) != 0;

    /// <summary>Marked duplicate (E-032).</summary>
    public bool IsFrozen => (Place.Value & (Place.Frozen | Place.FrozenDrop)) != 0;
}
