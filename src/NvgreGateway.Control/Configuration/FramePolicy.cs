namespace NvgreGateway.Control.Configuration;

/// <summary>What happens to a kind of frame that a setting names (<c>controlFrames</c>, <c>lossless</c>).</summary>
public enum FramePolicy
{
    /// <summary>The frame is dropped under its own reason.</summary>
    Drop,

    /// <summary>The frame is treated like any other.</summary>
    Forward,
}
