/** The 14 Career Clusters of the framework of 2024 (Advance CTE). */
export const CAREER_CLUSTERS = [
  'Advanced Manufacturing',
  'Agriculture',
  'Arts, Entertainment, & Design',
  'Construction',
  'Digital Technology',
  'Education',
  'Energy & Natural Resources',
  'Financial Services',
  'Healthcare & Human Services',
  'Hospitality, Events, & Tourism',
  'Management & Entrepreneurship',
  'Marketing & Sales',
  'Public Service & Safety',
  'Supply Chain & Transportation',
] as const;
