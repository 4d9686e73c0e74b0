namespace NvgreGateway.Packets;

/// <summary>What a record of a <see cref="MembershipMessage"/> says of its group, sources left aside.</summary>
public enum MembershipChange
{
    /// <summary>Nothing that matters without sources.</summary>
    None,

    /// <summary>There is a member.</summary>
    Join,

    /// <summary>One member left; others may be there.</summary>
    Leave,
}
