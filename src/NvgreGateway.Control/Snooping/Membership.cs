using NvgreGateway.Control.Neighbors;

namespace NvgreGateway.Control.Snooping;

/// <summary>A place that has members of a tenant's multicast group, or leads to a multicast router.</summary>
/// <param name="Segment">Segment id.</param>
/// <param name="Group">The group; an address of zeros stands for routers of the family.</param>
/// <param name="Place">Attachment or peer id with the bit of a peer, without flush generation.</param>
internal readonly record struct Membership(uint Segment, HostKey Group, uint Place)
{
    /// <summary>Whether it says that a router is there.</summary>
    public bool IsRouter => Group.High == 0 && Group.Low == 0;
}
